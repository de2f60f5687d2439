"""Rotation of a unit's data key: another one at once, everything sealed anew in the background, the old one deleted."""

from service.rotation.resealing import KEY_UNUSED_FOR, reseal_round
from service.rotation.rewrapping import opens, rewrap
from service.rotation.rotating import Rotation, go_on, list_rotations, rotate, stop

__all__ = ["KEY_UNUSED_FOR", "Rotation", "go_on", "list_rotations", "opens", "reseal_round", "rewrap", "rotate", "stop"]
