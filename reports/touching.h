/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is there to meet migration entries? Of a group of workers those threads that touch pages,
 * whoever migrates them. A run that has such threads, and counts waits, must have seen one.
 */
#pragma once

#include <stdint.h>

/* In all @processes, with @threads each. @workload: its name in the registry, or NULL. */
uint64_t touching_threads(const char *workload, uint64_t processes, uint64_t threads);
