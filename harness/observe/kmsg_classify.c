// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first two kinds of trouble, by the kernel's own words.
 *
 * Soft lockup, kernel/watchdog.c, watchdog_timer_fn(): "watchdog: BUG: soft lockup - CPU#3 stuck
 * for 22s! [comm:123]" since 4.12, "NMI watchdog: BUG: ..." since 3.15, "BUG: ..." before.
 * Hung task, kernel/hung_task.c, check_hung_task(): "INFO: task comm:123 blocked for more than 120
 * seconds."; 7.x tells apart "blocked in I/O wait for more than".
 *
 * The kernel begins a line with these words: a text that only contains them is somebody's
 * quotation.
 */
#include "observe/kmsg.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const char *const kind_names[] = {
	[KMSG_SOFT_LOCKUP] = "soft_lockup",
	[KMSG_HUNG_TASK] = "hung_task",
};
_Static_assert(ARRAY_SIZE(kind_names) == KMSG_MAX_KIND, "one name for each kind");

const char *kmsg_kind_name(enum kmsg_kind kind)
{
	return kind_names[kind];
}

static bool take_literal(const char **at, const char *literal)
{
	size_t length = strlen(literal);

	if (strncmp(*at, literal, length) != 0)
		return false;
	*at += length;
	return true;
}

static bool take_number(const char **at, uint64_t max, uint64_t *ret)
{
	unsigned long long value;
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	value = strtoull(*at, &end, 10);
	if (errno || value > max)
		return false;
	*at = end;
	*ret = value;
	return true;
}

/* "comm:pid" up to @end; the comm may hold colons and anything else. */
static bool take_task(const char *at, const char *end, struct kmsg_finding *finding)
{
	const char *colon = end, *digits;
	uint64_t pid;

	while (colon > at && colon[-1] != ':')
		colon--;
	digits = colon;
	if (colon == at || !take_number(&digits, INT32_MAX, &pid) || digits != end)
		return false;
	finding->pid = (int32_t)pid;
	(void)snprintf(finding->comm, sizeof(finding->comm), "%.*s", (int)(colon - 1 - at), at);
	return true;
}

static bool is_soft_lockup(const char *text, struct kmsg_finding *finding)
{
	static const char *const prefixes[] = {"watchdog: ", "NMI watchdog: "};
	const char *close;
	uint64_t cpu, seconds;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (take_literal(&text, prefixes[i]))
			break;
	if (!take_literal(&text, "BUG: soft lockup - CPU#") ||
	    !take_number(&text, UINT32_MAX, &cpu) || !take_literal(&text, " stuck for ") ||
	    !take_number(&text, UINT64_MAX, &seconds) || !take_literal(&text, "s!"))
		return false;
	finding->kind = KMSG_SOFT_LOCKUP;
	finding->has_cpu = true;
	finding->cpu = (uint32_t)cpu;
	finding->seconds = seconds;
	close = strrchr(text, ']');
	if (close && take_literal(&text, " ["))
		(void)take_task(text, close, finding);
	return true;
}

static bool is_hung_task(const char *text, struct kmsg_finding *finding)
{
	static const char *const middles[] = {
		" blocked for more than ",
		" blocked in I/O wait for more than ",
	};
	uint64_t seconds;

	if (!take_literal(&text, "INFO: task "))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(middles); i++) {
		const char *middle = strstr(text, middles[i]), *at = middle;

		if (!middle || !take_literal(&at, middles[i]) ||
		    !take_number(&at, UINT64_MAX, &seconds) || !take_literal(&at, " seconds.") ||
		    !take_task(text, middle, finding))
			continue;
		finding->kind = KMSG_HUNG_TASK;
		finding->seconds = seconds;
		return true;
	}
	return false;
}

bool kmsg_classify(const struct kmsg_record *record, struct kmsg_finding *finding)
{
	char line[512] = "";
	size_t length = record->text_length < sizeof(line) ? record->text_length : sizeof(line) - 1;

	if (record->facility != 0)
		return false; /* anybody may write the others */
	for (size_t i = 0; i < length; i++)
		line[i] = record->text[i] ? record->text[i] : ' ';
	line[length] = '\0';
	*finding = (struct kmsg_finding){0};
	return is_soft_lockup(line, finding) || is_hung_task(line, finding);
}
