/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

struct err;

/*
 * Follows the running daemon until it ends: a live screen where stdout is a terminal, a plain line
 * each second elsewhere. Returns an exit code.
 */
int status_watch(struct err *e);
