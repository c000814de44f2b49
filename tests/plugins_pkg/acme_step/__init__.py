import mtdsl


@mtdsl.hookimpl
def mtdsl_schedulers():
    yield mtdsl.Scheduler("stairs", "acme_step.stairs:Stairs")


@mtdsl.hookimpl
def mtdsl_mergers():
    yield mtdsl.Merger("rising", "acme_step.rising:Rising")
