// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/cpu_list.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fsio.h"

static bool take_cpu(const char **at, uint32_t *ret_cpu)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	errno = 0;
	value = strtoul(*at, &end, 10);
	if (errno || value >= CPU_LIST_MAX)
		return false;
	*at = end;
	*ret_cpu = (uint32_t)value;
	return true;
}

bool cpu_list_parse(const char *text, struct cpu_list *ret_list)
{
	struct cpu_list list = {0};
	uint32_t from, to;

	while (*text) {
		if (!take_cpu(&text, &from))
			return false;
		to = from;
		if (*text == '-') {
			text++;
			if (!take_cpu(&text, &to) || to < from)
				return false;
		}
		for (uint32_t cpu = from; cpu <= to; cpu++)
			list.bits[cpu / 64] |= 1ULL << (cpu % 64);
		if (*text == ',' && text[1])
			text++;
		else if (*text)
			return false;
	}
	*ret_list = list;
	return true;
}

bool cpu_list_has(const struct cpu_list *list, uint32_t cpu)
{
	return cpu < CPU_LIST_MAX && (list->bits[cpu / 64] >> (cpu % 64) & 1);
}

size_t cpu_list_count(const struct cpu_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(list->bits); i++)
		n += (size_t)__builtin_popcountll(list->bits[i]);
	return n;
}

bool cpu_list_read_online(struct fsio *fs, struct cpu_list *ret_list)
{
	char text[8192];

	return fsio_read_text(fs, text, sizeof(text), "sys/devices/system/cpu/online") > 0 &&
	       cpu_list_parse(text, ret_list);
}
