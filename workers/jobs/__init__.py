"""The jobs of a worker: thin edges over service. `JOBS` is what the queue may call, by command name."""

from workers.delivering.job import deliver_chunk
from workers.jobs.planning import plan_broadcast
from workers.jobs.reading import read_import

JOBS = {job.__name__: job for job in (plan_broadcast, deliver_chunk, read_import)}
