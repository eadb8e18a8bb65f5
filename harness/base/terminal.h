/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/* May lines be rewritten and coloured there? A terminal, and not a dumb one. */
bool terminal_is_capable(int fd);

/* As above, and nobody has asked for no colours ($NO_COLOR). */
bool terminal_has_colours(int fd);
