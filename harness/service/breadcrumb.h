/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line in the kernel's log before each dangerous step, so that a console or pstore tells what we did. */
#pragma once

void breadcrumb(const char *format, ...) __attribute__((format(printf, 1, 2)));
