"""The steps of the main job, in their order, as Prefect tasks around the plain functions of this room."""

from tasks import compute as compute_module
from tasks import identify as identify_module
from tasks import judge as judge_module
from tasks import land as land_module
from tasks import load as load_module
from tasks import present as present_module
from tasks import protect as protect_module
from tasks import release as release_module
from tasks import retain as retain_module
from tasks import stage as stage_module
from tasks.step import step

land = step("land", retries=3)(land_module.land)
stage = step("stage")(stage_module.stage)
identify = step("identify")(identify_module.identify)
judge = step("judge")(judge_module.judge)
load = step("load")(load_module.load)
compute = step("compute")(compute_module.compute_models)
protect = step("protect")(protect_module.protect)
release = step("release")(release_module.release)
present = step("present")(present_module.present)
retain = step("retain")(retain_module.retain)
