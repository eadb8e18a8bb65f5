/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The error contract of the whole project. A function that can fail returns 0 or a positive
 * value on success and a negative errno on failure; the reason (one line: what, where, what to
 * do) travels in an optional struct err, its last argument. It may be NULL and is left alone
 * on success. Library code never prints and never exits. What the kernel answers to a test
 * (EBUSY, EAGAIN, EINTR ...) is data and goes into events, never here.
 */
#pragma once

struct err {
	int code; /* negative errno, 0 when nothing was set */
	char text[512];
};

/* Sets the reason and returns @code, so that callers can write: return err_set(e, -EINVAL, ...). */
int err_set(struct err *e, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* As err_set(), and appends ": " and the text of the errno. */
int err_errno(struct err *e, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " before the reason that is there and returns its code. */
int err_wrap(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * The name of an errno ("EBUSY"); accepts it negative or positive. Numbers without a name in
 * libc give "E<number>" in a static per-thread buffer. 0 gives "OK".
 */
const char *errno_name(int number);
