/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This room's unit tests: one function a file, each returns the number of failures. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int test_clock_watch(void);
int test_control(void);
int test_control_hostile(void);
int test_notify(void);
int test_resume(void);
int test_settled(void);
int test_topology_watch(void);
