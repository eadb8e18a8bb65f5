// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/console.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"

static const char panic[] = "Kernel panic - not syncing";

static void end_line(struct console *c)
{
	const char *found;

	c->line[c->n_line] = '\0';
	c->n_line = 0;
	if (!c->line[0])
		return;
	(void)memcpy(c->last, c->line, sizeof(c->last));
	found = strstr(c->line, panic);
	if (!found || c->is_panic)
		return;
	c->is_panic = true;
	(void)snprintf(c->panic, sizeof(c->panic), "%s", found);
}

void console_feed(struct console *c, const char *bytes, size_t n)
{
	/* A full disk must not end the guest: the console is kept as far as it goes. */
	(void)file_write_fd(c->fd, bytes, n);
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\n')
			end_line(c);
		else if (bytes[i] != '\r' && c->n_line < sizeof(c->line) - 1)
			c->line[c->n_line++] = bytes[i];
	}
}
