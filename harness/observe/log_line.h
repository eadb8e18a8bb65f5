/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What terminals and crashes leave in a line. */
#pragma once

#include <stdbool.h>

#include "observe/kmsg_text.h"

#define LOG_ESCAPE '\x1b'

/* Without colours and cursor movements (ESC [ ... letter, ESC letter), in @room of the line's length. */
struct kmsg_span log_without_escapes(struct kmsg_span line, char *room);

/*
 * A message that another printer has put into the middle of the line, or that came behind what a
 * program wrote without a newline: where its stamp begins. *has_escapes: look again without them.
 */
const char *log_find_stamp(struct kmsg_span s, bool *has_escapes);

/* Without carriage returns and NULs at both ends. */
struct kmsg_span log_trim(struct kmsg_span line);
