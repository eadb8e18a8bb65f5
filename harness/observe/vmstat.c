// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/vmstat.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"

const char *const vmstat_names[VMSTAT_MAX] = {
#define X(name) #name,
	VMSTAT_NAMES(X)
#undef X
};

static void take_line(struct vmstat *v, const char *line)
{
	const char *space = strchr(line, ' ');
	char *end;

	if (!space)
		return;
	for (int i = 0; i < VMSTAT_MAX; i++) {
		size_t length = strlen(vmstat_names[i]);

		if (length != (size_t)(space - line) || memcmp(line, vmstat_names[i], length) != 0)
			continue;
		v->value[i] = strtoull(space + 1, &end, 10);
		v->known[i] = end > space + 1 && *end == '\0';
	}
}

int vmstat_read(struct fsio *fs, struct vmstat *v, struct err *e)
{
	cleanup_free char *text = NULL;
	char *save = NULL;
	int r = fsio_read_all(fs, &text, NULL, "proc/vmstat");

	if (r < 0)
		return err_errno(e, r, "cannot read /proc/vmstat");
	*v = (struct vmstat){0};
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_line(v, line);
	return 0;
}

void vmstat_difference(const struct vmstat *later, const struct vmstat *earlier, struct vmstat *ret)
{
	for (int i = 0; i < VMSTAT_MAX; i++) {
		ret->known[i] = later->known[i] && earlier->known[i] &&
				later->value[i] >= earlier->value[i];
		ret->value[i] = ret->known[i] ? later->value[i] - earlier->value[i] : 0;
	}
}
