// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/host_journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "base/clock.h"
#include "base/err.h"

static void journal_closep(sd_journal **journal)
{
	if (*journal)
		sd_journal_close(*journal);
}

static int match_boot(sd_journal *journal, const char *boot_id, struct err *e)
{
	char match[64] = "_BOOT_ID=";
	size_t used = strlen(match);

	for (const char *p = boot_id; *p && used < sizeof(match) - 1; p++)
		if (*p != '-')
			match[used++] = *p;
	match[used] = '\0';
	if (sd_journal_add_match(journal, match, 0) < 0 ||
	    sd_journal_add_match(journal, "_TRANSPORT=kernel", 0) < 0)
		return err_set(e, -EINVAL, "'%s' is no boot id", boot_id);
	return 0;
}

/* The field's value, NUL-terminated and cut at @size - 1 bytes; false when it is not there. */
static bool field(sd_journal *journal, const char *name, char *buffer, size_t size)
{
	const void *data;
	size_t length, skip = strlen(name) + 1;

	if (sd_journal_get_data(journal, name, &data, &length) < 0 || length < skip)
		return false;
	length -= skip;
	if (length >= size)
		length = size - 1;
	(void)memcpy(buffer, (const char *)data + skip, length);
	buffer[length] = '\0';
	return true;
}

static void write_record(sd_journal *journal, FILE *out, struct host_journal_figures *figures)
{
	char text[8192], priority[8] = "6", time_us[32] = "0", identifier[64] = "kernel";
	bool is_kernels;
	uint64_t us;

	if (!field(journal, "MESSAGE", text, sizeof(text)))
		return;
	(void)field(journal, "PRIORITY", priority, sizeof(priority));
	(void)field(journal, "_SOURCE_MONOTONIC_TIMESTAMP", time_us, sizeof(time_us));
	/* Of a line that somebody has written to /dev/kmsg journald cuts off who it was. */
	(void)field(journal, "SYSLOG_IDENTIFIER", identifier, sizeof(identifier));
	is_kernels = strcmp(identifier, "kernel") == 0;
	us = strtoull(time_us, NULL, 10);
	(void)fprintf(out, "<%s>[%5" PRIu64 ".%06" PRIu64 "] %s%s%s\n", priority, us / 1000000,
		      us % 1000000, is_kernels ? "" : identifier, is_kernels ? "" : ": ", text);
	figures->records++;
	figures->last_time_ns = us * NS_PER_US;
}

int host_journal_kernel(const char *boot_id, uint64_t max_records, FILE *out,
			struct host_journal_figures *ret_figures, struct err *e)
{
	__attribute__((cleanup(journal_closep))) sd_journal *journal = NULL;
	int r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

	*ret_figures = (struct host_journal_figures){0};
	if (r < 0)
		return err_errno(e, r, "cannot open the host's journal");
	r = match_boot(journal, boot_id, e);
	if (r < 0)
		return r;
	r = sd_journal_seek_tail(journal);
	if (r >= 0)
		r = sd_journal_previous_skip(journal, max_records + 1);
	if (r < 0)
		return err_errno(e, r, "cannot read the host's journal");
	if (r == 0)
		return err_set(e, -ENODATA, "the host's journal has nothing of boot %s: is it kept on disk (Storage=persistent)?",
			       boot_id);
	if ((uint64_t)r > max_records) {
		ret_figures->skipped = 1;
		r = sd_journal_next(journal);
	}
	for (; r > 0; r = sd_journal_next(journal))
		write_record(journal, out, ret_figures);
	return r < 0 ? err_errno(e, r, "cannot read the host's journal to its end") : 0;
}
