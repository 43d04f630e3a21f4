"""RegistryService, translated."""

from __future__ import annotations

from gateway.api.v1 import registry_service_pb2 as pb
from gateway.rpc.call import Call
from gateway.rpc.convert import person_message
from gateway.usecases.list_inspectors import LIST_INSPECTORS
from gateway.usecases.list_matters import LIST_MATTERS
from gateway.usecases.put_inspector import PUT_INSPECTOR, PutInspector


class RegistryService:
    """Matters and inspectors."""

    async def ListMatters(self, _request: pb.ListMattersRequest, call: Call) -> pb.ListMattersResponse:
        """List the matters on file."""
        found = await call.ask(LIST_MATTERS, None)
        return pb.ListMattersResponse(
            matters=[
                pb.Matter(
                    task_code=matter.task_code,
                    catalog_code=matter.catalog_code,
                    name=matter.name,
                    version=matter.version,
                    department=matter.department,
                    department_name=matter.department_name,
                    kinds=matter.kinds,
                    by_law=matter.by_law,
                    visit_basis=matter.visit_basis,
                    promise_day=matter.promise_value,
                    promise_type=matter.promise_unit,
                )
                for matter in found
            ]
        )

    async def PutInspector(self, request: pb.PutInspectorRequest, call: Call) -> pb.PutInspectorResponse:
        """Put a person on file."""
        person = request.inspector
        command = PutInspector(
            inspector_id=person.inspector_id,
            name=person.name,
            department=person.department,
            certificate_no=person.certificate_no,
            valid_from=person.valid_from,
            valid_to=person.valid_to,
            helper=person.helper,
        )
        reply = await call.do(PUT_INSPECTOR, command, request.idempotency_key)
        return pb.PutInspectorResponse(inspector=person_message(reply))

    async def ListInspectors(self, request: pb.ListInspectorsRequest, call: Call) -> pb.ListInspectorsResponse:
        """List the persons of one department."""
        found = await call.ask(LIST_INSPECTORS, request.department)
        return pb.ListInspectorsResponse(inspectors=[person_message(person) for person in found])
