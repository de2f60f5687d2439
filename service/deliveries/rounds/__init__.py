"""What happens to deliveries again and again: claims and rounds, polling, reconciling, sweeping, turns."""
