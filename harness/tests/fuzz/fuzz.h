/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One target for each program: libFuzzer calls it ("make fuzz"), or replay.c with the kept inputs. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
