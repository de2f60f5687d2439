"""Calls about broadcasts, their texts, audiences and deliveries."""
