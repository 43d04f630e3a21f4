"""The pluggy markers of this project; an author needs only `hookimpl`."""

import pluggy

PROJECT = "gateway"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
