"""Any pack that is described by files, under load:

    locust -f scenarios/folder/locustfile.py --pack FOLDER --stacks stacks.toml --stack migrated -u 50 -r 10 -t 1m

Started by `xinheng run` it finds the folder in the block's specification.
"""

import argparse
import sys
from pathlib import Path

import locust

from drivers import messages, sql
from harness.errors import BadInput, Fault
from harness.execute.block_spec import read_spec
from harness.execute.locust_engine import hospital_user
from scenarios.folder.reading import read


def _add_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", default="", help="场景包的文件夹")


def _folder() -> Path:
    """Locust reads its options only after this file."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--pack", default="")
    parser.add_argument("--block", default="")
    known, _ = parser.parse_known_args()
    if not known.pack and not known.block:
        raise BadInput("没有说要压测哪个场景包。", hint="请写 --pack 文件夹。")
    return Path(known.pack or read_spec(Path(known.block)).known_as)


locust.events.init_command_line_parser.add_listener(_add_option)
try:
    FolderUser = hospital_user(read(_folder()), sql.driver_for, messages.driver_for)
except Fault as fault:
    sys.exit(f"错误：{fault}")
