/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The asking side of the control socket. */
#pragma once

#include <stdio.h>

struct err;
struct jsonw;

/*
 * Connects; *ret_stream is the caller's to close. -ENOENT and -ECONNREFUSED: no daemon listens there;
 * -EACCES: it is not for this user.
 */
int control_connect(const char *path, FILE **ret_stream, struct err *e);

/* One request and its answer, which is the caller's. -EPROTO: the daemon said no, @e has its words. */
int control_ask(FILE *stream, const char *command, struct jsonw **ret_answer, struct err *e);

/* The next line; -ENODATA at the end, -ETIMEDOUT when the daemon has been silent for long. */
int control_next(FILE *stream, struct jsonw **ret_line, struct err *e);
