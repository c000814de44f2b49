"""How documents are laid into windows, built in; registered as any third party's are."""
