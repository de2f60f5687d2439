"""What a worker does again and again beside its jobs: sweeping, polling, reconciling, numbering, keeping."""
