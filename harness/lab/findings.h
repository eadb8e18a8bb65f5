/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the classifier says of a guest's console. */
#pragma once

struct err;
struct jsonw;
struct paths;

/*
 * Sets @end's "findings": the records of "memsoak scan-log" on the file @console, and, when there are
 * more than it lists, "findings_unlisted". The scratch file is in @folder. A console that went to a
 * terminal or a pipe cannot be read again: then nothing is set.
 */
int findings_of_console(const struct paths *paths, const char *console, const char *folder,
			struct jsonw *end, struct err *e);
