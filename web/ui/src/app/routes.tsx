// Which address shows which page. Every page is loaded when it is first opened.
import { createBrowserRouter, Navigate } from "react-router";
import { useSignedIn } from "../session/useSession";
import { Gate } from "../shell/Gate";
import { Missing } from "../shell/Missing";
import { homeFor } from "../shell/menu";
import { Opening } from "../shell/Opening";
import { PageFailed } from "../shell/PageFailed";

function Home() {
  return <Navigate to={homeFor(useSignedIn())} replace />;
}

export const router = createBrowserRouter([
  {
    path: "/login",
    lazy: () => import("../pages/login/LoginPage"),
    HydrateFallback: Opening,
    ErrorBoundary: PageFailed,
  },
  {
    path: "/",
    Component: Gate,
    HydrateFallback: Opening,
    ErrorBoundary: PageFailed,
    children: [
      { index: true, Component: Home },
      {
        ErrorBoundary: PageFailed,
        children: [
          { path: "map", lazy: () => import("../pages/map/MapPage") },
          { path: "alerts", lazy: () => import("../pages/alerts/AlertsPage") },
          { path: "alerts/:id", lazy: () => import("../pages/alerts/AlertPage") },
          { path: "vehicles/:id/drives", lazy: () => import("../pages/past/DrivesPage") },
          { path: "replay", lazy: () => import("../pages/replay/ReplayPage") },
          { path: "book", lazy: () => import("../pages/book/BookPage") },
          { path: "trips", lazy: () => import("../pages/trips/TripsPage") },
          { path: "trips/:id", lazy: () => import("../pages/trips/TripPage") },
          { path: "approve", lazy: () => import("../pages/approve/ApprovePage") },
          { path: "dispatch", lazy: () => import("../pages/dispatch/DispatchPage") },
          { path: "dispatch/plans", lazy: () => import("../pages/dispatch/PlansPage") },
          { path: "drive", lazy: () => import("../pages/drive/DrivePage") },
          { path: "admin/units", lazy: () => import("../pages/admin/UnitsPage") },
          { path: "admin/people", lazy: () => import("../pages/admin/PeoplePage") },
          { path: "admin/vehicles", lazy: () => import("../pages/admin/VehiclesPage") },
          { path: "admin/drivers/:part?", lazy: () => import("../pages/drivers/DriversPage") },
          { path: "admin/mileage", lazy: () => import("../pages/mileage/MileagePage") },
          { path: "admin/statements", lazy: () => import("../pages/money/StatementsPage") },
          { path: "admin/statements/:id", lazy: () => import("../pages/money/StatementPage") },
          { path: "admin/sizing", lazy: () => import("../pages/money/SizingPage") },
          { path: "share", lazy: () => import("../pages/share/SharePage") },
          { path: "lending", lazy: () => import("../pages/lending/LendingPage") },
          { path: "admin/vendors", lazy: () => import("../pages/money/VendorsPage") },
          { path: "admin/fleet-policy", lazy: () => import("../pages/policy/FleetPolicyPage") },
          { path: "admin/tariffs", lazy: () => import("../pages/money/TariffsPage") },
          { path: "admin/devices", lazy: () => import("../pages/admin/DevicesPage") },
          { path: "admin/devices/refused", lazy: () => import("../pages/admin/RefusedPage") },
          { path: "admin/devices/names", lazy: () => import("../pages/devices/NamesPage") },
          { path: "admin/devices/runs", lazy: () => import("../pages/devices/RunsPage") },
          { path: "admin/devices/:id/messages", lazy: () => import("../pages/devices/MessagesPage") },
          { path: "admin/health", lazy: () => import("../pages/devices/HealthPage") },
          { path: "admin/tickets", lazy: () => import("../pages/devices/TicketsPage") },
          { path: "admin/tickets/:id", lazy: () => import("../pages/devices/TicketsPage") },
          { path: "admin/commands", lazy: () => import("../pages/devices/CommandsPage") },
          { path: "admin/commands/:id", lazy: () => import("../pages/devices/CommandsPage") },
          { path: "admin/areas", lazy: () => import("../pages/fences/FencesPage") },
          { path: "admin/areas/drafts", lazy: () => import("../pages/fences/DraftsPage") },
          { path: "admin/areas/drafts/:id", lazy: () => import("../pages/fences/DraftPage") },
          { path: "admin/places", lazy: () => import("../pages/places/NamesPage") },
          { path: "admin/areas/depots", lazy: () => import("../pages/fences/DepotsPage") },
          { path: "admin/areas/depots/:id", lazy: () => import("../pages/fences/DepotPage") },
          { path: "admin/areas/events", lazy: () => import("../pages/fences/EventsPage") },
          { path: "admin/calendar/:part?", lazy: () => import("../pages/calendar/CalendarPage") },
          { path: "admin/rules/changes/:id", lazy: () => import("../pages/rules/ChangePage") },
          { path: "admin/rules/:part?", lazy: () => import("../pages/rules/RulesPage") },
          { path: "account", lazy: () => import("../pages/account/AccountPage") },
          { path: "help", lazy: () => import("../pages/help/HelpPage") },
          { path: "*", Component: Missing },
        ],
      },
    ],
  },
]);
