#pragma once

#include "arguments.h"

void help_all(void);
void help_operations(void);
void help_command(const struct arguments *arguments);
