#pragma once
#include <qrencode.h>
#include <termios.h>
