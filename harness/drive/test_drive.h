/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room's tests: one group for each file; and cmocka with what it wants included first. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int test_online(void);
int test_cancel(void);
int test_offline(void);
int test_offline_ends(void);
int test_offline_faults(void);
int test_move_call(void);
int test_move(void);
int test_caller(void);
int test_step_mbind(void);
int test_step_numa_balancing(void);
int test_step_demotion(void);
int test_step_reclaim(void);
int test_settings(void);
int test_poison(void);
int test_soft_offline(void);
