// Who hears events. Units know one observer; several are a Fan.
#pragma once

#include <utility>
#include <vector>

#include "traces/event.h"

namespace mmasim::traces {

// Events of one core's own time come in its order, those of the rest in the order in which they end: an
// event may begin long before one that was told earlier. What throws ends the run.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on(const Event& event) = 0;
};

// Tells several, in order.
class Fan : public Observer {
 public:
  explicit Fan(std::vector<Observer*> observers) : observers_(std::move(observers)) {}
  void on(const Event& event) override {
    for (Observer* observer : observers_) observer->on(event);
  }

 private:
  const std::vector<Observer*> observers_;
};

}  // namespace mmasim::traces
