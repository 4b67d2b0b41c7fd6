"""What the Celery application rings by: its beat, its broker, and the queues and age of a ring."""
