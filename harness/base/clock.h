/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time: CLOCK_MONOTONIC in ns for every duration, wall time only for people. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NS_PER_US 1000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_S 1000000000ULL

/* CLOCK_MONOTONIC in ns. */
uint64_t clock_monotonic_ns(void);

/* Sleeps for @ns on CLOCK_MONOTONIC; returns early (nonzero) when a signal handler ran. */
int clock_sleep_ns(uint64_t ns);

/* The wall time now as RFC 3339 with offset and ms ("2024-01-02T03:04:05.678+00:00"). */
void clock_wall_text(char *buffer, size_t size);
