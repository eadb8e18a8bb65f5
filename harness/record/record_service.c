// SPDX-License-Identifier: GPL-2.0-or-later
/* What the service adds to a run: a reload while it goes on, what was found of it after a crash. */
#include "record/recorder.h"

void record_reload(struct recorder *r, uint64_t reserve_bytes, const char *refused_why)
{
	struct jsonw *event = record_new("reload");

	if (refused_why && refused_why[0])
		jsonw_set_string(event, "refused", refused_why);
	else
		jsonw_set_uint(event, "reserve_bytes", reserve_bytes);
	record_put(r, event);
}

void record_crash(struct recorder *r, const struct record_crash_evidence *evidence)
{
	struct jsonw *event = record_new("crash");

	if (evidence->why_no_log[0])
		jsonw_set_string(event, "why_no_log", evidence->why_no_log);
	else
		jsonw_set_uint(event, "log_records", evidence->log_records);
	if (evidence->why_no_pstore[0])
		jsonw_set_string(event, "why_no_pstore", evidence->why_no_pstore);
	else
		jsonw_set_uint(event, "pstore_files", evidence->pstore_files);
	record_put(r, event);
	record_flush(r);
}
