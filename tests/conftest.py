from __future__ import annotations


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true", help="write what tests keep as expected anew (see what changed with git)")
