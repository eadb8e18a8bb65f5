// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

/* One write for the whole line: scripts and other guests share the terminal. */
void say(const char *format, ...)
{
	cleanup_free char *text = NULL;
	va_list list;
	int n;

	va_start(list, format);
	n = vasprintf(&text, format, list);
	va_end(list);
	if (n < 0) {
		text = NULL;
		return;
	}
	(void)fprintf(stderr, "memsoak-lab: %s\n", text);
}
