"""The JSON API under `/api/v1`, webhooks, health and published keys. HTTP only: every decision is taken further in."""
