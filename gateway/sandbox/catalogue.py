"""示例 matters and parties of the simulated province: synthetic codes, no real enterprise, real legal sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

COUNTY_LEVEL = "4"
# The platform's real unit codes are not public: these two are ours, and the plugin maps them.
WORKING_DAYS, CALENDAR_DAYS = "1", "2"
# As in the 好差评 interface: 1 natural person, 2 legal person.
PERSON, ENTERPRISE = "1", "2"


@dataclass(frozen=True)
class Department:
    """A department of the county, 示例. `phone` is the desk's mobile that gets the notices."""

    code: str
    name: str
    phone: str


@dataclass(frozen=True)
class Party:
    """An applicant, 虚构. `code` is a USCC or a citizen number, by `kind`."""

    kind: str
    code: str
    name: str
    contact: str
    mobile: str
    address: str


MARKET = Department("11430922DEPT000088", "桃江县市场监督管理局(示例)", "19900000001")
HEALTH = Department("11430922DEPT000163", "桃江县卫生健康局(示例)", "19900000002")
FIRE = Department("11430922DEPT00024X", "桃江县消防救援大队(示例)", "19900000003")
ECOLOGY = Department("11430922DEPT00032Q", "益阳市生态环境局桃江分局(示例)", "19900000004")
FORESTRY = Department("11430922DEPT00059G", "桃江县林业局(示例)", "19900000006")
EMERGENCY = Department("11430922DEPT00104H", "桃江县应急管理局(示例)", "19900000011")
DEPARTMENTS = (MARKET, HEALTH, FIRE, ECOLOGY, FORESTRY, EMERGENCY)

PARTIES = (
    Party(ENTERPRISE, "91430922MACTJ0017P", "桃江示例竹韵餐饮有限公司", "示例甲", "19911110001", "桃花江镇示例路1号"),
    Party(ENTERPRISE, "91430922MACTJ0025J", "桃江示例茶业有限公司", "示例乙", "19911110002", "灰山港镇示例路2号"),
    Party(ENTERPRISE, "92430922MACTJ0033A", "桃江县示例小吃店", "示例丙", "19911110003", "武潭镇示例街3号"),
    Party(ENTERPRISE, "92430922MACTJ00415", "桃江县示例便利店", "示例丁", "19911110004", "马迹塘镇示例街4号"),
    Party(ENTERPRISE, "93430922MACTJ005XR", "桃江示例生态养殖专业合作社", "示例戊", "19911110005", "浮丘山乡示例村5组"),
    Party(PERSON, "430922190001010006", "示例自然人", "示例自然人", "19911110006", "三堂街镇示例街6号"),
)


def task_code(department: Department, catalog_code: str) -> str:
    """实施编码, 31 characters: USCC of the department, level, 12 digits of the catalogue."""
    return f"{department.code}{COUNTY_LEVEL}{catalog_code}"


def _matter(department: Department, catalog_code: str, task_name: str, **more: Any) -> Mapping[str, Any]:
    record = {
        "catalog_code": catalog_code,
        "task_code": task_code(department, catalog_code),
        "task_handle_item": task_code(department, catalog_code) + "01",
        "task_name": f"{task_name}(示例)",
        "task_state": "1",
        "task_type": "01",
        "task_version": 1,
        "use_level": COUNTY_LEVEL,
        "dept_code": department.code,
        "dept_name": department.name,
        "anticipate_day": 20,
        "anticipate_type": WORKING_DAYS,
        "promise_day": 10,
        "promise_type": WORKING_DAYS,
        "project_type": "2",
        "limit_scene_num": 1,
        # The national schema has one free field for special procedures; the two are how we imagine it split.
        "special_procedure": "勘查",
        "special_procedure_basis": "",
        **more,
    }
    return MappingProxyType(record)


MATTERS: tuple[Mapping[str, Any], ...] = (
    _matter(
        MARKET,
        "430131001000",
        "食品经营许可",
        by_law="《中华人民共和国食品安全法》第三十五条",
        special_procedure_basis="《中华人民共和国食品安全法》第三十五条:必要时对申请人的生产经营场所进行现场核查",
    ),
    _matter(
        HEALTH,
        "430123001000",
        "公共场所卫生许可",
        by_law="《公共场所卫生管理条例》第四条",
        special_procedure="勘查,检测",
        special_procedure_basis="《公共场所卫生管理条例》第四条",
    ),
    _matter(
        FIRE,
        "430195001000",
        "公众聚集场所投入使用、营业前消防安全检查",
        by_law="《中华人民共和国消防法》第十五条",
        special_procedure="检验",
        special_procedure_basis="《中华人民共和国消防法》第十五条",
        anticipate_day=10,
        promise_day=5,
    ),
    _matter(
        ECOLOGY,
        "430116001000",
        "排污许可",
        by_law="《排污许可管理条例》第六条",
        special_procedure="勘查,检测",
        special_procedure_basis="《排污许可管理条例》第十条",
        anticipate_day=45,
        anticipate_type=CALENDAR_DAYS,
        promise_day=30,
        promise_type=CALENDAR_DAYS,
    ),
    _matter(
        FORESTRY,
        "430164001000",
        "林木采伐许可",
        by_law="《中华人民共和国森林法》第五十六条",
        special_procedure="勘测",
        special_procedure_basis="《中华人民共和国森林法》第五十八条",
    ),
    _matter(
        EMERGENCY,
        "430125001000",
        "烟花爆竹经营(零售)许可",
        by_law="《烟花爆竹安全管理条例》第十六条",
        special_procedure_basis="《烟花爆竹安全管理条例》第十九条:对提交的有关材料和经营场所进行审查",
        anticipate_type=CALENDAR_DAYS,
        promise_type=CALENDAR_DAYS,
    ),
)


def accepted_case(number: int, accepted_at: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """A new 示例 case; `number` makes its 43-character case number unique in the day, `overrides` replace any field.

    Args:
        number: consecutive, from 1.
        accepted_at: RFC 3339 with +08:00.
        overrides: taken as they are, so that a rehearsal can have broken records, too.
    """
    code = str(overrides.get("task_code", MATTERS[0]["task_code"]))
    department = next((known for known in DEPARTMENTS if code.startswith(known.code)), MARKET)
    party = PARTIES[(number - 1) % len(PARTIES)]
    return {
        "case_no": f"{code}{accepted_at[:10].replace('-', '')}{number % 10000:04d}",
        "task_code": code,
        "accepted_at": accepted_at,
        "applicant_type": party.kind,
        "applicant_name": party.name,
        "applicant_code": party.code,
        "contact_name": party.contact,
        "contact_mobile": party.mobile,
        "address": f"湖南省益阳市桃江县{party.address}",
        "dept_code": department.code,
        "dept_name": department.name,
        "dept_phone": department.phone,
        **overrides,
    }
