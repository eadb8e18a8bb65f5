// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libnuma reports trouble by printing, and may end the process: both go through these two weak
 * functions, which are replaced here. The trouble itself comes back as a return value.
 */
#include <numa.h>

void numa_error(char *where)
{
	(void)where;
}

void numa_warn(int number, char *format, ...)
{
	(void)number;
	(void)format;
}
