/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The schema files as read-only text; assembled with reports/ as the include path. */
	.section .rodata, "a"

	.global schema_report_1_text
schema_report_1_text:
	.incbin "schema/report-1.schema.json"
	.byte 0

	.global schema_run_1_text
schema_run_1_text:
	.incbin "schema/run-1.schema.json"
	.byte 0

	.global schema_plan_1_text
schema_plan_1_text:
	.incbin "schema/plan-1.schema.json"
	.byte 0

	.global schema_compare_1_text
schema_compare_1_text:
	.incbin "schema/compare-1.schema.json"
	.byte 0

	.global schema_scan_log_1_text
schema_scan_log_1_text:
	.incbin "schema/scan-log-1.schema.json"
	.byte 0

	.global schema_series_1_text
schema_series_1_text:
	.incbin "schema/series-1.schema.json"
	.byte 0

	.section .note.GNU-stack, "", %progbits
