"""Running the job unattended: crash-safe files, stopping, logs, the status file and the metrics file."""
