// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/guest_end.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"

/* The lab's words (harness/lab/guest.c), and the report's. */
static const struct {
	const char *ended, *ended_by;
} ends[] = {
	{"timeout", "guest_killed"},
	{"panic", "guest_panicked"},
	{"qemu_failed", "guest_lost"},
	{"interrupted", "interrupted"},
};

void guest_end_read(const char *directory, struct guest_end *ret)
{
	cleanup_free char *path = memory_format("%s/guest-end.json", directory);
	struct jsonw *document = NULL;
	const char *ended, *why;

	*ret = (struct guest_end){0};
	if (jsonw_parse_file(path, &document, NULL) < 0)
		return;
	ended = jsonw_get_string(document, "ended");
	why = jsonw_get_string(document, "why");
	for (size_t i = 0; ended && i < ARRAY_SIZE(ends); i++)
		if (strcmp(ended, ends[i].ended) == 0)
			ret->ended_by = ends[i].ended_by;
	if (ret->ended_by)
		(void)snprintf(ret->why, sizeof(ret->why), "%s", why && *why ? why : ended);
	ret->findings = jsonw_get(document, "findings");
	ret->findings_unlisted = jsonw_get_uint(document, "findings_unlisted");
	ret->document = document;
}

void guest_end_done(struct guest_end *end)
{
	jsonw_free(end->document);
	*end = (struct guest_end){0};
}
