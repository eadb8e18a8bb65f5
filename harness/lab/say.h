/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines for people, on stderr, with the program's name in front. */
#pragma once

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
