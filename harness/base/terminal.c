// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool terminal_is_capable(int fd)
{
	const char *type = getenv("TERM");

	return isatty(fd) && type && type[0] && strcmp(type, "dumb") != 0;
}

bool terminal_has_colours(int fd)
{
	const char *no_colour = getenv("NO_COLOR");

	return terminal_is_capable(fd) && !(no_colour && no_colour[0]);
}
