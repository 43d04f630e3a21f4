"""OperationsService, translated."""

from __future__ import annotations

from gateway.api.v1 import operations_service_pb2 as pb
from gateway.rpc.call import Call
from gateway.rpc.convert import stamp
from gateway.usecases.list_deliveries import LIST_DELIVERIES, ListDeliveries
from gateway.usecases.list_plugins import LIST_PLUGINS


class OperationsService:
    """Deliveries and plugins."""

    async def ListDeliveries(self, request: pb.ListDeliveriesRequest, call: Call) -> pb.ListDeliveriesResponse:
        """List deliveries."""
        found = await call.ask(LIST_DELIVERIES, ListDeliveries(request.subject, request.limit))
        return pb.ListDeliveriesResponse(
            deliveries=[
                pb.Delivery(
                    delivery_id=one.delivery_id,
                    destination=one.destination,
                    subject=one.subject,
                    kind=one.kind,
                    state=one.state,
                    attempts=one.attempts,
                    last_problem=one.last_problem,
                    next_at=stamp(one.next_at),
                )
                for one in found
            ]
        )

    async def ListPlugins(self, _request: pb.ListPluginsRequest, call: Call) -> pb.ListPluginsResponse:
        """List plugins."""
        found = await call.ask(LIST_PLUGINS, None)
        return pb.ListPluginsResponse(
            plugins=[
                pb.Plugin(
                    plugin_id=one.id,
                    version=one.version,
                    kind=one.kind,
                    state=one.state.value,
                    problem=one.problem,
                )
                for one in found
            ]
        )
