/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line in the kernel's log before each step that takes memory, so that pstore or a console
 * tells what we did. */
#pragma once

enum breadcrumb_level {
	BREADCRUMB_INFO,  /* consoles show it, as they are set up by default */
	BREADCRUMB_DEBUG, /* only in the ring, and so in pstore and crash dumps: a serial line is
			     slow */
};

/* May be called by any thread. Where /dev/kmsg cannot be written nothing happens. */
void breadcrumb(enum breadcrumb_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
