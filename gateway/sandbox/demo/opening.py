"""Steps: the programs start, the registry is filled."""

from __future__ import annotations

from gateway.api.v1 import operations_service_pb2, registry_service_pb2
from gateway.sandbox.demo.clients import call, new_key, speaking_for
from gateway.sandbox.demo.journey import Journey, Step, expect
from gateway.sandbox.demo.processes import wait_for
from gateway.sandbox.demo.stage import APP, OPERATOR, start_gateway, start_kiosk, start_sandbox

DEPARTMENT = "11430922DEPT000088"
ADMIN = speaking_for("admin-1", "dept_admin", DEPARTMENT)
PEOPLE = (("TJ-SJ-001", "示例甲", "43092200001"), ("TJ-SJ-002", "示例乙", "43092200002"))


def _sandbox(journey: Journey) -> str:
    start_sandbox(journey.stage)
    return f"模拟省平台 {journey.stage.province},模拟短信中心 {journey.stage.sms}"


def _gateway(journey: Journey) -> str:
    start_gateway(journey.stage)
    reply = call(journey.client(OPERATOR).operations.ListPlugins, operations_service_pb2.ListPluginsRequest())
    used = {plugin.plugin_id: plugin.state for plugin in reply.plugins if plugin.state != "not_allowed"}
    expect(len(used) == 3 and set(used.values()) == {"ready"}, f"插件状态不对:{used}")
    return f"gRPC {journey.stage.grpc_address}(双向 TLS),网页 {journey.stage.web},插件 {'、'.join(sorted(used))}"


def _kiosk(journey: Journey) -> str:
    start_kiosk(journey.stage)
    return f"虚拟扫码器 {journey.stage.device},屏幕 {journey.stage.screen}"


def _matters(journey: Journey) -> str:
    client = journey.client(OPERATOR)

    def listed() -> list[str] | None:
        reply = call(client.registry.ListMatters, registry_service_pb2.ListMattersRequest())
        return [matter.name for matter in reply.matters] or None

    return "由省平台同步:" + "、".join(wait_for("matters", listed))


def _inspectors(journey: Journey) -> str:
    client = journey.client(APP)
    for number, name, certificate in PEOPLE:
        person = registry_service_pb2.Inspector(
            inspector_id=number,
            name=name,
            department=DEPARTMENT,
            certificate_no=certificate,
            valid_from="2026-01-01",
            valid_to="2036-12-31",
        )
        request = registry_service_pb2.PutInspectorRequest(idempotency_key=new_key(), inspector=person)
        call(client.registry.PutInspector, request, ADMIN)
    return f"{len(PEOPLE)} 名执法人员入库:" + "、".join(name for _number, name, _certificate in PEOPLE)


STEPS = (
    Step("sandbox_started", "启动模拟的省平台和短信中心", _sandbox),
    Step("gateway_started", "启动网关", _gateway),
    Step("kiosk_started", "启动虚拟扫码器和核验终端", _kiosk),
    Step("matters_synced", "事项入库", _matters),
    Step("inspectors_filed", "人员入库", _inspectors),
)
