// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Soft lockups: "BUG: soft lockup - CPU#3 stuck for 22s! [comm:123]" behind "watchdog: " (4.12 on)
 * or "NMI watchdog: " (kernel/watchdog.c: watchdog_timer_fn()).
 * Hung tasks: "INFO: task comm:123 blocked for more than 120 seconds.", with "in I/O wait" in
 * 7.x, "can't die" in some (kernel/hung_task.c: check_hung_task()).
 */
#include "observe/kmsg.h"

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

/* "comm:pid" up to @end; the comm may hold colons and anything else. */
static bool take_task(const char *at, const char *end, struct kmsg_finding *finding)
{
	const char *colon = end;
	char *after;

	while (colon > at && colon[-1] != ':')
		colon--;
	if (colon == at)
		return false;
	finding->pid = (int32_t)strtol(colon, &after, 10);
	if (after != end || after == colon)
		return false;
	(void)snprintf(finding->comm, sizeof(finding->comm), "%.*s", (int)(colon - 1 - at), at);
	return true;
}

static bool is_soft_lockup(const char *text, struct kmsg_finding *finding)
{
	static const char *const prefixes[] = {"watchdog: ", "NMI watchdog: ", ""};
	unsigned long long seconds;
	const char *open, *close;
	unsigned int cpu;
	int used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t length = strlen(prefixes[i]);

		if (strncmp(text, prefixes[i], length) != 0)
			continue;
		if (sscanf(text + length, "BUG: soft lockup - CPU#%u stuck for %llus!%n", &cpu, &seconds,
			   &used) != 2 || used == 0)
			return false;
		finding->kind = KMSG_SOFT_LOCKUP;
		finding->has_cpu = true;
		finding->cpu = cpu;
		finding->seconds = seconds;
		open = strchr(text + length + used, '[');
		close = open ? strrchr(open, ']') : NULL;
		if (close)
			(void)take_task(open + 1, close, finding);
		return true;
	}
	return false;
}

static bool is_hung_task(const char *text, struct kmsg_finding *finding)
{
	static const char *const middles[] = {
		" blocked for more than ",
		" blocked in I/O wait for more than ",
		" can't die for more than ",
	};

	if (strncmp(text, "INFO: task ", 11) != 0)
		return false;
	text += 11;
	for (size_t i = 0; i < ARRAY_SIZE(middles); i++) {
		const char *middle = strstr(text, middles[i]);
		unsigned long long seconds;
		int used = 0;

		if (!middle || sscanf(middle + strlen(middles[i]), "%llu seconds%n", &seconds, &used) != 1 ||
		    used == 0 || !take_task(text, middle, finding))
			continue;
		finding->kind = KMSG_HUNG_TASK;
		finding->seconds = seconds;
		return true;
	}
	return false;
}

bool kmsg_classify(const struct kmsg_record *record, struct kmsg_finding *finding)
{
	char line[512];
	size_t length = record->text_length < sizeof(line) ? record->text_length : sizeof(line) - 1;

	if (record->facility != 0)
		return false; /* anybody may write the others */
	for (size_t i = 0; i < length; i++)
		line[i] = record->text[i] ? record->text[i] : ' ';
	line[length] = '\0';
	*finding = (struct kmsg_finding){0};
	return is_soft_lockup(line, finding) || is_hung_task(line, finding);
}
