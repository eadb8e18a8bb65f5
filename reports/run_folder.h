/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which folders are a run's. */
#pragma once

struct err;

/*
 * 0 when @directory has a run.json. -ENOENT or -ENOTDIR when it is no run's folder, with what one
 * is and where its name is found; another negative errno when that cannot be told.
 */
int run_folder_check(const char *directory, struct err *e);
