/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every program of memsoak answers to its caller. */
#pragma once

enum exit_code {
	EXIT_PASS = 0,
	EXIT_KERNEL_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_CANNOT_JUDGE = 3,
	EXIT_SKIP = 4,
	EXIT_ABORTED_RESTORED = 5,
	EXIT_ABORTED_MEMORY_OFFLINE = 6,
};
