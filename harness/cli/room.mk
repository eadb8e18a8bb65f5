# SPDX-License-Identifier: GPL-2.0-or-later
cli_OBJS := behaviour_run.o cmd_compare.o cmd_completion.o cmd_doctor.o cmd_export.o cmd_fingerprint.o cmd_plan.o cmd_report.o cmd_recover.o cmd_restore.o cmd_run.o cmd_scan_log.o cmd_schema.o \
	cmd_status.o cmd_topology.o cmd_trend.o cmd_validate.o daemon_path.o status_watch.o
