/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* memsoakd: beside this program in a build folder, in sbin when installed. Owned by the caller. */
char *daemon_path(void);
