/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The calling thread goes before its workers: where hundreds of them keep the CPUs busy, each look of
 * the daemon's would have to wait for all of them (with 200 on two CPUs the end of a phase took 150 s).
 * Threads and processes that it starts from now on have the usual priority again: those that offline
 * and move have no advantage. Nothing changes where the daemon was started with a priority of its own,
 * or may not (CAP_SYS_NICE).
 */
void priority_raise(void);
