import mtdsl


@mtdsl.hookimpl
def mtdsl_schedulers():
    yield mtdsl.Scheduler("stairs", "acme_step.stairs:Stairs")
