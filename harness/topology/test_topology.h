/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room's tests: one group for each file; and cmocka with what it wants included first. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int test_names(void);
int test_read(void);
int test_faults(void);
int test_json(void);
