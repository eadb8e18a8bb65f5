# SPDX-License-Identifier: GPL-2.0-or-later
cli_OBJS := cmd_compare.o cmd_completion.o cmd_doctor.o cmd_plan.o cmd_report.o cmd_restore.o cmd_run.o cmd_schema.o \
	cmd_status.o cmd_topology.o cmd_validate.o
