// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int err_set(struct err *e, int code, const char *format, ...)
{
	va_list args;

	if (!e)
		return code;
	e->code = code;
	va_start(args, format);
	(void)vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
	return code;
}

int err_errno(struct err *e, int code, const char *format, ...)
{
	va_list args;
	size_t used;

	if (!e)
		return code;
	e->code = code;
	va_start(args, format);
	(void)vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
	used = strlen(e->text);
	(void)snprintf(e->text + used, sizeof(e->text) - used, ": %s", strerror(abs(code)));
	return code;
}

int err_wrap(struct err *e, const char *format, ...)
{
	char before[sizeof(e->text)];
	va_list args;
	size_t used;

	if (!e)
		return 0;
	memcpy(before, e->text, sizeof(before));
	va_start(args, format);
	(void)vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
	used = strlen(e->text);
	(void)snprintf(e->text + used, sizeof(e->text) - used, ": %.400s", before);
	return e->code;
}

const char *errno_name(int number)
{
	static _Thread_local char unnamed[16];
	const char *name;

	number = abs(number);
	if (number == 0)
		return "OK";
	name = strerrorname_np(number);
	if (name)
		return name;
	(void)snprintf(unnamed, sizeof(unnamed), "E%d", number);
	return unnamed;
}
