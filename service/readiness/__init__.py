"""What the department's letter asks of a unit before it may hold a list or send."""

from service.readiness.parts import Part, Readiness
from service.readiness.queries import readiness_of, sends_by_consent

__all__ = ["Part", "Readiness", "readiness_of", "sends_by_consent"]
